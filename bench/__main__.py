import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hackathon.settings")
django.setup()

from bench.run import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
