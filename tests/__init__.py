"""The tests. A package, because one that is installed beside it has the same name and would come first."""
