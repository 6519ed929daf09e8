# The runner: each instance serves its minute and hands over to the next.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
* * * * * root [ ! -x /usr/lib/coagent/each-minute ] || /usr/lib/coagent/each-minute
