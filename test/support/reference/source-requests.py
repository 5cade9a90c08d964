"""Prints what MapProxy asks a map server for, as JSON (needs MapProxy): the test table of requests to sources."""

import io
import json
import logging
import os
import tempfile
import threading
import urllib.parse
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image
from mapproxy.wsgiapp import make_wsgi_app

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

DEGREES = dict(srs="EPSG:4326", bbox=[8, 50, 9, 51], size=[100, 80])
UTM = dict(srs="EPSG:25832", bbox=[400000, 5500000, 500000, 5600000], size=[100, 80])
MERCATOR = dict(srs="EPSG:900913", bbox=[900000, 6500000, 1000000, 6600000], size=[100, 80])
REQ = {"url": "SERVER/wms?map=a", "layers": "l1,l2"}
INFO = {"featureinfo": True}
COVERAGE = {"bbox": [8.5, 50.5, 10, 52], "srs": "EPSG:4326"}
ARCGIS = "SERVER/rest/services/x/"

SOURCES = [
    *({"type": "wms", "req": {**REQ, "transparent": True}, "wms_opts": {**INFO, "version": version}}
      for version in ("1.0.0", "1.1.0", "1.1.1", "1.3.0")),
    {"type": "wms", "req": {**REQ, "styles": "red", "dpi": 90.5, "tiled": False, "format": "image/png; mode=24bit"},
     "wms_opts": INFO},
    {"type": "wms", "req": {**REQ, "sld_body": "<sld>\u00fc</sld>"}, "wms_opts": {}},
    {"type": "wms", "req": REQ, "supported_srs": ["EPSG:4326"], "wms_opts": {**INFO, "version": "1.3.0"}},
    {"type": "wms", "req": REQ, "supported_srs": ["EPSG:3857", "EPSG:4326"], "wms_opts": INFO},
    {"type": "wms", "req": REQ, "supported_formats": ["image/jpeg", "image/gif"], "wms_opts": {}},
    {"type": "wms", "req": REQ, "coverage": COVERAGE, "wms_opts": {}},
    {"type": "wms", "req": REQ, "coverage": COVERAGE, "supported_srs": ["EPSG:4326"], "wms_opts": {}},
    {"type": "arcgis", "req": {"url": ARCGIS + "MapServer", "layers": "show:0,1", "transparent": True, "dpi": 96},
     "opts": INFO},
    {"type": "arcgis", "req": {"url": ARCGIS + "ImageServer?token=9", "format": "png32"},
     "supported_srs": ["EPSG:3857"], "supported_formats": ["image/jpeg"],
     "opts": {**INFO, "featureinfo_tolerance": 10, "featureinfo_return_geometries": True}},
]

asked = []


class MapServer(BaseHTTPRequestHandler):
    def answer(self, body=""):
        path, _, query = self.path.partition("?")
        parameters = urllib.parse.parse_qsl(body or query, keep_blank_values=True)
        asked.append({"method": self.command, "path": path, "parameters": dict(parameters)})
        words = {name.upper(): value for name, value in parameters}
        width, height = words.get("SIZE", f"{words.get('WIDTH', 1)},{words.get('HEIGHT', 1)}").split(",")
        picture = io.BytesIO()
        Image.new("RGB", (int(width), int(height))).save(picture, "PNG")
        is_info = "IMAGEDISPLAY" in words or "info" in words.get("REQUEST", "").lower()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain" if is_info else "image/png")
        self.end_headers()
        self.wfile.write(b"info" if is_info else picture.getvalue())

    def do_GET(self):
        self.answer()

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def log_message(self, *_):
        pass


def get(app, query):
    environ = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": "/service", "SERVER_NAME": "x",
               "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "x", "wsgi.url_scheme": "http",
               "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(), "QUERY_STRING": urllib.parse.urlencode(query)}
    b"".join(app(environ, lambda status, headers, exc_info=None: None))


def requests_of(url, source):
    configuration = {
        "services": {"wms": {"srs": ["EPSG:4326", "EPSG:900913", "EPSG:25832"], "md": {"title": "t"}}},
        "layers": [{"name": "a", "title": "a", "sources": ["s"]}],
        "sources": {"s": source},
    }
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "mapproxy.yaml")
        with open(file, "w") as text:
            json.dump(configuration, text)
        with open(file) as text:
            written = text.read().replace("SERVER", url)
        with open(file, "w") as text:
            text.write(written)
        app = make_wsgi_app(file)
    has_info = {**source.get("wms_opts", {}), **source.get("opts", {})}.get("featureinfo")
    for question in ("GetMap", *(["GetFeatureInfo"] if has_info else [])):
        for area in (DEGREES, UTM, MERCATOR):
            asked.clear()
            query = {"service": "WMS", "version": "1.1.1", "request": question, "layers": "a", "styles": "",
                     "srs": area["srs"], "bbox": ",".join(map(str, area["bbox"])), "width": area["size"][0],
                     "height": area["size"][1], "format": "image/png"}
            if question == "GetFeatureInfo":
                query.update(query_layers="a", x=20, y=30, info_format="text/html", feature_count=3)
            get(app, query)
            yield {"source": source, "request": question, **area, "asked": asked[0] if asked else None}


server = ThreadingHTTPServer(("127.0.0.1", 0), MapServer)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_address[1]}"
rows = [json.dumps(row, ensure_ascii=False) for source in SOURCES for row in requests_of(address, source)]
print("[\n" + ",\n".join(rows) + "\n]")
