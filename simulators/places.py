"""Where people are, when nothing but a street network tells: where streets are dense."""

import numpy as np

from geo.places.datum import Datum
from geo.streets.walk_network import WalkNetwork
from simulators.call_generator import Places

CELL_M = 250.0


def built_km2(network: WalkNetwork) -> float:
    """Ground with streets on it: cells of 250 m that hold a node, km2."""
    x_m, y_m = network.plane.to_plane(np.asarray(network.node_lon), np.asarray(network.node_lat))
    cells = np.unique(np.stack([np.floor(x_m / CELL_M), np.floor(y_m / CELL_M)]), axis=1)
    return int(cells.shape[1]) * (CELL_M / 1000.0) ** 2


def network_places(network: WalkNetwork, *, datum: Datum) -> Places:
    """The network's nodes, weighted by how many share a cell of 250 m: towns, not mountain paths (assumption)."""
    lon, lat = np.asarray(network.node_lon), np.asarray(network.node_lat)
    x_m, y_m = network.plane.to_plane(lon, lat)
    cells = np.stack([np.floor(x_m / CELL_M), np.floor(y_m / CELL_M)])
    _, cell, nodes_in = np.unique(cells, axis=1, return_inverse=True, return_counts=True)
    weight = nodes_in[cell.ravel()].astype(np.float64)
    return Places(lon=lon, lat=lat, weight=weight, name=network.name or "a walk network", datum=datum)
