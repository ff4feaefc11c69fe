"""The decisions: one folder is one deployable process and one database schema."""
