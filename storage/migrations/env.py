"""Run by Alembic for each command; the connection is ours (see ``storage.migrating``)."""

from alembic import context

from storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
)
# The transaction around it is ours as well, so that a step is done wholly or not at all.
context.run_migrations()
