"""What `prediff check` found: as text, JSON, Markdown, SARIF, for GitLab and GitHub, and as lines for git."""
