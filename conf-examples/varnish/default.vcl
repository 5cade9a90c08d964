vcl 4.1;

# Varnish before Mapgate, over HTTP: `mapgate serve --http 127.0.0.1:8080`. It keeps tiles as long as their headers say,
# answers many clients with one request to Mapgate, and hands everything else on. Copy to /etc/varnish/default.vcl, or
# take what is between begin and end into the VCL that is already there: Varnish joins subroutines of the same name.

# mapgate: begin
import std;

backend mapgate {
    .host = "127.0.0.1";
    .port = "8080";
    # Remote map servers may be slow.
    .first_byte_timeout = 300s;
    .between_bytes_timeout = 300s;
}

# Who may purge.
acl mapgate_purgers {
    "localhost";
}

sub vcl_recv {
    if (req.url ~ "^/mapproxy(?:[/?]|$)") {
        set req.backend_hint = mapgate;
        # The path goes on whole; Mapgate takes the mount off and puts it into the URLs it writes.
        set req.http.X-Script-Name = "/mapproxy";
        # curl -X PURGE http://maps.example.org/mapproxy/tms/1.0.0/streets/webmercator/0/0/0.png
        # curl -X PURGE -H 'X-Purge-Below: /mapproxy/tms/1.0.0/streets/' http://maps.example.org/mapproxy/
        if (req.method == "PURGE") {
            if (client.ip !~ mapgate_purgers) {
                return (synth(405, "not allowed"));
            }
            if (req.http.X-Purge-Below) {
                # Headers of the answer, so that Varnish can look for them in its own time.
                if (std.ban("obj.http.X-Mapgate-Host == " + req.http.Host
                    + " && obj.http.X-Mapgate-URL ~ ^"
                    + regsuball(req.http.X-Purge-Below, "[^A-Za-z0-9/_-]", "."))) {
                    return (synth(200, "purged below"));
                }
                return (synth(400, std.ban_error()));
            }
            return (purge);
        }
        # Mapgate sets no cookies; those of the host's other pages would keep Varnish from its cache. With filters of
        # your own that read cookies, take this out.
        unset req.http.Cookie;
    }
}

# Capabilities and pages name the address that the client used. What changes it is in their Vary; the host is added by
# Varnish itself.

sub vcl_backend_response {
    if (bereq.http.X-Script-Name == "/mapproxy") {
        set beresp.http.X-Mapgate-Host = bereq.http.Host;
        set beresp.http.X-Mapgate-URL = bereq.url;
        # Answers that say nothing about it (capabilities, maps of a WMS) are asked for each time.
        if (!beresp.http.Cache-Control && !beresp.http.Expires) {
            set beresp.uncacheable = true;
            set beresp.ttl = 0s;
            return (deliver);
        }
        # An old tile at once, while the new one is made.
        set beresp.grace = 1h;
    }
}

sub vcl_deliver {
    unset resp.http.X-Mapgate-Host;
    unset resp.http.X-Mapgate-URL;
}
# mapgate: end
