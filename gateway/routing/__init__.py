"""Who is paged in which order and when: criteria, ladder, times. All pure."""
