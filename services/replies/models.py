"""The tables of replies."""

from sqlalchemy import MetaData

metadata = MetaData(schema="replies")
