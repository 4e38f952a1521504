"""The states of deals and stages that were there before states were kept.

Stages are told as they are, from when they were made (and retired). Deals are told from their steps, which name the
value then, and from the events between: a value that was edited between two steps holds from the event that tells of
the edit. Owner, client and expected close left no trace: they are told as they are now.
"""

from django.db import migrations

STAGES = """
INSERT INTO deals_stagestate (id, workspace_id, stage_id, number, name, kind, position, probability, on_board, since)
SELECT gen_random_uuid(), workspace_id, id, 1, name, kind, position, probability, true, created_at
FROM deals_stage
UNION ALL
SELECT gen_random_uuid(), workspace_id, id, 2, name, kind, position, probability, false,
       greatest(created_at, retired_at)
FROM deals_stage WHERE retired_at IS NOT NULL
"""

DEALS = """
INSERT INTO deals_dealstate (
    id, workspace_id, deal_id, number, client_id, stage_id, value, currency, owner_id, expected_close_on, on_board, since
)
WITH edits AS (
    SELECT subject_id AS deal_id, occurred_at AS at FROM activity_event
    WHERE type = 'deal.updated' AND (payload->'changed_fields' @> '"value"' OR payload->'changed_fields' @> '"currency"')
),
steps AS (
    SELECT deal_id, id, changed_at AS at, to_stage_id AS stage_id, value, currency,
           lag(changed_at) OVER (PARTITION BY deal_id ORDER BY changed_at, id) AS before
    FROM deals_stagechange
),
ends AS (
    SELECT deal.id AS deal_id, deal.stage_id, deal.value, deal.currency, deal.deleted_at IS NULL AS on_board,
           max(steps.at) AS before, coalesce(max(steps.at), deal.stage_since) AS at
    FROM deals_deal deal LEFT JOIN steps ON steps.deal_id = deal.id GROUP BY deal.id
),
points AS (
    SELECT deal_id, at, 1 AS rank, id AS tie, stage_id, value, currency, NULL::boolean AS on_board FROM steps
    UNION ALL
    SELECT steps.deal_id, (SELECT max(edits.at) FROM edits WHERE edits.deal_id = steps.deal_id
                           AND edits.at > steps.before AND edits.at < steps.at), 0, steps.id, NULL, value, currency, NULL
    FROM steps
    UNION ALL
    SELECT subject_id, occurred_at, 2, NULL, NULL, NULL, NULL, type = 'deal.restored' FROM activity_event
    WHERE type IN ('deal.deleted', 'deal.restored')
    UNION ALL
    SELECT deal_id, coalesce((SELECT max(edits.at) FROM edits WHERE edits.deal_id = ends.deal_id
                              AND edits.at > ends.before), at), 3, NULL, stage_id, value, currency, NULL
    FROM ends
    UNION ALL
    SELECT ends.deal_id, greatest(ends.at, coalesce(deal.deleted_at, ends.at)), 4, NULL, NULL, NULL, NULL, on_board
    FROM ends JOIN deals_deal deal ON deal.id = ends.deal_id
),
ordered AS (
    SELECT deal_id, at, stage_id, value, currency, on_board,
           row_number() OVER (PARTITION BY deal_id ORDER BY at, rank, tie) AS place
    FROM points WHERE at IS NOT NULL
),
grouped AS (
    SELECT *, count(stage_id) OVER earlier AS of_stage, count(value) OVER earlier AS of_value,
           count(on_board) OVER earlier AS of_board
    FROM ordered WINDOW earlier AS (PARTITION BY deal_id ORDER BY place)
),
told AS (
    SELECT deal_id, at, place,
           first_value(stage_id) OVER (PARTITION BY deal_id, of_stage ORDER BY place) AS stage_id,
           first_value(value) OVER (PARTITION BY deal_id, of_value ORDER BY place) AS value,
           first_value(currency) OVER (PARTITION BY deal_id, of_value ORDER BY place) AS currency,
           coalesce(first_value(on_board) OVER (PARTITION BY deal_id, of_board ORDER BY place), true) AS on_board
    FROM grouped
),
changed AS (
    SELECT *, lag((stage_id, value, currency, on_board)) OVER (PARTITION BY deal_id ORDER BY place)
              IS DISTINCT FROM (stage_id, value, currency, on_board) AS is_new
    FROM told WHERE stage_id IS NOT NULL
)
SELECT gen_random_uuid(), deal.workspace_id, deal.id, row_number() OVER (PARTITION BY deal.id ORDER BY changed.place),
       deal.client_id, changed.stage_id, changed.value, changed.currency, deal.owner_id, deal.expected_close_on,
       changed.on_board, changed.at
FROM changed JOIN deals_deal deal ON deal.id = changed.deal_id
WHERE is_new
"""


class Migration(migrations.Migration):
    dependencies = [
        ("activity", "0001_initial"),
        ("deals", "0005_states"),
    ]

    operations = [
        migrations.RunSQL([STAGES, DEALS], migrations.RunSQL.noop),
    ]
