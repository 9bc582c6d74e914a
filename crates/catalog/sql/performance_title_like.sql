AND performances.title {case_insensitive_like}
