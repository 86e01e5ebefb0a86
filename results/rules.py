"""Who sees what came of the judging, who decides, and when."""
