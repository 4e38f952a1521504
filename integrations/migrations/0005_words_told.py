from django.db import migrations, models

from integrations import words

# Whatever stands between words: what JSON, a body shown as text and the address of a page put before a letter too.
WORDS = r"""
    CREATE FUNCTION integrations_words(payload jsonb, body bytea) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT coalesce(array_agg(DISTINCT word), '{}')
        FROM regexp_split_to_table(
            lower(payload::text || ' ' || encode(body, 'escape')),
            '(\\+(u[0-9a-f]{4}|[0-7]{3}|[bfnrt])?|%[0-9a-f]{2}|[^a-z0-9])+'
        ) word
        WHERE length(word) BETWEEN 1 AND 100
    $$
"""


class Migration(migrations.Migration):
    dependencies = [("integrations", "0004_sides")]

    operations = [
        migrations.RunSQL(WORDS, "DROP FUNCTION integrations_words(jsonb, bytea)"),
        migrations.AddIndex(model_name="inboundevent", index=words.index()),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(fields=["subject_id"], name="integrations_link_row"),
        ),
    ]
