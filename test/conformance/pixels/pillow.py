"""Does with Pillow what the kernels do. Arguments: an operation as JSON. Input and output: RGBA samples."""
import json
import sys

from PIL import Image

FILTERS = {'nearest': Image.NEAREST, 'bilinear': Image.BILINEAR, 'bicubic': Image.BICUBIC}

task = json.loads(sys.argv[1])
size = tuple(task['size'])
length = size[0] * size[1] * 4
data = sys.stdin.buffer.read()
image = Image.frombytes('RGBA', size, data[:length])

if task['do'] == 'extent':
    result = image.transform(tuple(task['to']), Image.EXTENT, task['box'], FILTERS[task['method']])
elif task['do'] == 'mesh':
    mesh = [(tuple(box), corners) for box, corners in task['mesh']]
    result = image.transform(tuple(task['to']), Image.MESH, mesh, FILTERS[task['method']])
elif task['do'] == 'composite':
    result = Image.alpha_composite(image, Image.frombytes('RGBA', size, data[length:]))
elif task['do'] == 'quantise':
    result = image.quantize(256, Image.FASTOCTREE).convert('RGBA')
else:
    raise SystemExit('unknown operation')
sys.stdout.buffer.write(result.tobytes())
