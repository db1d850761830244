"""A lesson's work with Lambda: packages of a cell, deployment, test events, results and logs."""
