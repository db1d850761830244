"""Endpoints: fleets of workers that hold a model, how they are deployed, and how they answer."""
