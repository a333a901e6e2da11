"""`agentic runs export`: a run as files that need nothing of this project (`write.export`)."""
