"""`python -m howship.dask`."""

import sys

from howship.dask import main

sys.exit(main())
