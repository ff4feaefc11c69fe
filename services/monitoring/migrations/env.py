from services.monitoring.models import metadata
from shared.db.migrations import run_environment

run_environment(metadata)
