"""What organisers and the chair make of the ballots: runs, shortlists, awards, feedback, certificates."""
