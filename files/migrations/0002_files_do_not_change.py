"""What a file is stays as it was when it was entered, whoever asks: entries and receipts rely on it."""

from django.db import migrations

FIXED = (
    "team_id, code, kind, name, size, sha256, sent_size, sent_sha256, content_type, stored, look, "
    "data_level, by_id, at"
)
OLD = ", ".join(f"OLD.{name.strip()}" for name in FIXED.split(","))
NEW = ", ".join(f"NEW.{name.strip()}" for name in FIXED.split(","))
FORWARD = f"""
CREATE FUNCTION files_file_does_not_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ({OLD}) IS DISTINCT FROM ({NEW}) THEN
        RAISE EXCEPTION 'a file does not change' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER does_not_change BEFORE UPDATE ON files_file
    FOR EACH ROW EXECUTE FUNCTION files_file_does_not_change();
"""
BACKWARD = """
DROP TRIGGER does_not_change ON files_file;
DROP FUNCTION files_file_does_not_change();
"""


class Migration(migrations.Migration):
    dependencies = [("files", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
