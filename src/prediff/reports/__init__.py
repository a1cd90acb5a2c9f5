"""How a report is shown: to a person in a terminal, to a program as JSON."""
