"""`python -m howship_dask`."""

import sys

from howship_dask import main

sys.exit(main())
