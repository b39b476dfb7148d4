"""Reading Android apps: containers, XML and resources, and Dalvik code."""
