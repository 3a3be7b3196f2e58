"""spopt on a problem from a file, in a Python of its own: it is measured against, and no dependency."""

import json
import sys
import time

import numpy as np
import pulp
import spopt
from spopt.locate import MCLP


def main() -> None:
    """Solve the problem and print one line of JSON."""
    given = np.load(sys.argv[1])
    began = time.monotonic()
    model = MCLP.from_cost_matrix(given["cost"], given["weight"], float(given["radius"]), int(given["count"]))
    built = time.monotonic()
    # The solver that spopt's own examples use.
    solver = pulp.PULP_CBC_CMD(msg=False, timeLimit=float(given["limit_s"]))
    try:
        model = model.solve(solver)
        chosen = [site for site, taken in enumerate(model.fac_vars) if taken.value() > 0.5]
    except RuntimeError:
        chosen = []
    covered = (
        (given["cost"][:, chosen] <= given["radius"]).any(axis=1) if chosen else np.zeros(len(given["cost"]), bool)
    )
    told = {
        "version": spopt.__version__,
        "solver": "CBC",
        "covered": float(given["weight"][covered].sum()),
        "model_s": built - began,
        "seconds": time.monotonic() - began,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
