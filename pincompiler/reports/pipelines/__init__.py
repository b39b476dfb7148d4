"""What build pipelines read: annotations, SARIF and JUnit of any command's findings."""
