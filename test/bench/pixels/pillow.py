"""CPU time of Pillow for what bench.ts measures. Arguments: file of RGBA samples, side, rounds. Prints JSON: ms and bytes."""
import io
import json
import sys
import time

from PIL import Image

path, side, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
image = Image.frombytes('RGBA', (side, side), open(path, 'rb').read())
overlay = image.copy()
overlay.putalpha(image.getchannel(0))


def encoded(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


tile = encoded(image.crop((0, 0, 256, 256)).quantize(256, Image.FASTOCTREE), 'png')
tile32 = encoded(image.crop((0, 0, 256, 256)), 'png')
box = (10.3, 20.7, side - 30.2, side - 5.5)
mesh = [((x, y, x + 64, y + 64), (x + 1.5, y + 2, x - 3, y + 60, x + 61, y + 63, x + 66, y + 1))
        for x in range(0, side, 64) for y in range(0, side, 64)]


def rgba(file):
    return Image.open(io.BytesIO(file)).convert('RGBA')


jobs = {
    'PNG, true colour': lambda: encoded(image, 'png'),
    'PNG, 256 colours': lambda: encoded(image.quantize(256, Image.FASTOCTREE), 'png', compress_type=Image.RLE),
    'PNG, 256 colours, better': lambda: encoded(image.quantize(256, Image.FASTOCTREE), 'png'),
    'JPEG': lambda: encoded(image.convert('RGB'), 'jpeg', quality=90),
    'resample, bilinear': lambda: image.transform((side, side), Image.EXTENT, box, Image.BILINEAR),
    'resample, bicubic': lambda: image.transform((side, side), Image.EXTENT, box, Image.BICUBIC),
    'warp, bilinear': lambda: image.transform((side, side), Image.MESH, mesh, Image.BILINEAR),
    'composite': lambda: Image.alpha_composite(image, overlay),
    'decode tile, 256 colours': lambda: rgba(tile),
    'decode tile, true colour': lambda: rgba(tile32),
}
result = {}
for name, job in jobs.items():
    job()
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        made = job()
        times.append((time.process_time() - begun) * 1000)
    result[name] = {'ms': sorted(times)[len(times) // 2], 'bytes': len(made) if isinstance(made, bytes) else None}
print(json.dumps(result))
