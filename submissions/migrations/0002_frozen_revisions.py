"""A revision and a save of the draft are written once. Nothing changes them, whoever asks."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION submissions_row_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is written once', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER frozen BEFORE UPDATE ON submissions_revision
    FOR EACH ROW EXECUTE FUNCTION submissions_row_is_frozen();
CREATE TRIGGER frozen BEFORE UPDATE ON submissions_draftsave
    FOR EACH ROW EXECUTE FUNCTION submissions_row_is_frozen();
"""
BACKWARD = """
DROP TRIGGER frozen ON submissions_draftsave;
DROP TRIGGER frozen ON submissions_revision;
DROP FUNCTION submissions_row_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("submissions", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
