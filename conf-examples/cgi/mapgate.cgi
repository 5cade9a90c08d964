#!/bin/sh
# Mapgate as a CGI program: a process for each request, for tries and for hosts where nothing may run on. It keeps no
# arguments: web servers hand words of the query to CGI programs as such.
exec /usr/local/bin/mapgate serve /srv/mapgate/mapgate.yaml
