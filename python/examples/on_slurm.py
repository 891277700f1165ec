"""A study by Dask workers that are jobs of Slurm (or PBS, LSF, SGE: take that cluster instead).

Usage: python on_slurm.py STUDY STORE JOBS, after `pip install dask-jobqueue` and, once,
openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=howship -keyout key.pem -out cert.pem
"""

import subprocess
import sys
from pathlib import Path

from dask_jobqueue.slurm import SLURMCluster
from distributed import Security

study, store, jobs = sys.argv[1:]
cert, key = str(Path("cert.pem").resolve()), str(Path("key.pem").resolve())
secured = {f"tls_{role}_cert": cert for role in ("scheduler", "worker", "client")}
secured |= {f"tls_{role}_key": key for role in ("scheduler", "worker", "client")}
security = Security(tls_ca_file=cert, require_encryption=True, **secured)

# What one job asks of Slurm; interface="ib0" and queue="..." as the cluster has them.
with SLURMCluster(
    cores=1,
    processes=1,
    memory="1 GB",
    walltime="00:30:00",
    protocol="tls://",
    security=security,
    # Dashboards have no TLS.
    scheduler_options={"dashboard_address": "127.0.0.1:0"},
    worker_extra_args=["--dashboard-address", "127.0.0.1:0", "--no-dashboard"],
) as cluster:
    cluster.scale(jobs=int(jobs))
    run = ["howship", "study", "run", study, "--store", store, "--engine", "dask"]
    run += ["--scheduler", cluster.scheduler_address, "--python", sys.executable]
    run += ["--tls-ca", cert, "--tls-cert", cert, "--tls-key", key]
    sys.exit(subprocess.call(run))
