"""The audit refuses changes by whoever asks, the owner of the table included."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION core_auditrow_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON core_auditrow
    FOR EACH ROW EXECUTE FUNCTION core_auditrow_is_append_only();
"""
BACKWARD = """
DROP TRIGGER append_only ON core_auditrow;
DROP FUNCTION core_auditrow_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
