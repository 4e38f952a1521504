import crm.constraints
import crm.ids
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_rates_and_answers"),
        ("deals", "0002_kept_by_the_database"),
    ]

    operations = [
        migrations.CreateModel(
            name="ColumnFold",
            fields=[
                ("id", models.UUIDField(default=crm.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("folded", models.BooleanField()),
            ],
        ),
        migrations.AddField(
            model_name="deal",
            name="search",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.contrib.postgres.search.SearchVector(
                    "title", django.db.models.functions.text.Left("notes", 100000), config="simple"
                ),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["stage", "client", "place"],
                name="deals_deal_client_column",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["workspace", "stage", "currency"],
                include=("value", "client", "owner"),
                name="deals_deal_sums",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("lost_reason", ""), _negated=True),
                fields=["workspace", "lost_reason"],
                name="deals_deal_reasons",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search"], name="deals_deal_search"),
        ),
        migrations.AddField(
            model_name="columnfold",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.membership"
            ),
        ),
        migrations.AddField(
            model_name="columnfold",
            name="stage",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="deals.stage"),
        ),
        migrations.AddField(
            model_name="columnfold",
            name="workspace",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.workspace"
            ),
        ),
        migrations.AddConstraint(
            model_name="columnfold",
            constraint=models.UniqueConstraint(fields=("member", "stage"), name="deals_columnfold_once"),
        ),
        migrations.AddConstraint(
            model_name="columnfold",
            constraint=crm.constraints.WithinWorkspace(field="member", name="deals_columnfold_member_in_workspace"),
        ),
        migrations.AddConstraint(
            model_name="columnfold",
            constraint=crm.constraints.WithinWorkspace(field="stage", name="deals_columnfold_stage_in_workspace"),
        ),
    ]
