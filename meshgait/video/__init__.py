"""People in videos: found, followed, cut out and, if asked, fitted with bodies."""
