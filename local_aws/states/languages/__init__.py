"""The query languages of the States Language, behind one interface."""
