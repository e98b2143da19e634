"""Redis, SQL, secrets and the doorbell: opened here, used everywhere."""
