"""A whole django-helpdesk in one file; runs in its own virtual environment, never in ours.

Called with MAILDIR and WORKDIR, it hands every file of MAILDIR, in order, to what its `process_email` calls for each
mail of a mailbox, and prints one JSON line: seconds, CPU seconds, follow-ups (its messages) and tickets.
"""

import json
import logging
import pathlib
import sys
import time


class Urls:
    """Django's table of addresses, set once Django is ready."""

    urlpatterns: list[object]


def configure(work: pathlib.Path) -> None:
    from django.conf import settings

    settings.configure(
        SECRET_KEY="benchmark",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        ROOT_URLCONF=Urls,
        SITE_ID=1,
        USE_TZ=True,
        MEDIA_ROOT=str(work / "media"),
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        LOGGING_CONFIG=None,
        HELPDESK_TEAMS_MODE_ENABLED=False,
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(work / "helpdesk.db"),
                "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"},
            }
        },
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.sites",
            "django.contrib.messages",
            "django.contrib.admin",
            "django.contrib.humanize",
            "rest_framework",
            "helpdesk",
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    )


def run(mails: pathlib.Path, work: pathlib.Path) -> dict[str, float]:
    configure(work)
    import django

    django.setup()
    from django.core.management import call_command
    from django.urls import include, path

    Urls.urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]

    call_command("migrate", verbosity=0)
    from helpdesk.email import extract_email_metadata
    from helpdesk.models import FollowUp, Queue, Ticket

    queue = Queue.objects.create(
        title="Support",
        slug="support",
        email_address="support@desk.example",
        allow_email_submission=True,
        email_box_type="local",
    )
    log = logging.getLogger("helpdesk")
    begun, used = time.perf_counter(), time.process_time()
    for mail in sorted(mails.iterdir()):
        extract_email_metadata(mail.read_text(errors="replace"), queue, log)
    return {
        "seconds": time.perf_counter() - begun,
        "cpu": time.process_time() - used,
        "messages": FollowUp.objects.count(),
        "tickets": Ticket.objects.count(),
    }


def main() -> None:
    print(json.dumps(run(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))))
