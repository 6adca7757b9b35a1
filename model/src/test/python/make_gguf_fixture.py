"""Makes gguf-types.gguf and gguf-types.safetensors for GgufTypesTest.

Written with gguf 0.19.0, numpy 2.4.6 and safetensors 0.8.0, seed 20. The blocks are random bytes with
sane scales; the expected numbers are the gguf package's own dequantisation of them.
Run: python make_gguf_fixture.py ../resources/dev/heed/checkpoint
"""
import sys

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Q
from gguf import quants
from safetensors.numpy import save_file

folder = sys.argv[1]
random = np.random.default_rng(20)
writer = gguf.GGUFWriter(f"{folder}/gguf-types.gguf", "test")
writer.add_uint8("a.uint8", 255)
writer.add_int8("a.int8", -128)
writer.add_uint16("a.uint16", 65535)
writer.add_int16("a.int16", -32768)
writer.add_uint32("a.uint32", 2**32 - 1)
writer.add_int32("a.int32", -(2**31))
writer.add_float32("a.float32", 1e-5)
writer.add_bool("a.bool", True)
writer.add_string("a.string", "größe 😀")
writer.add_uint64("a.uint64", 2**64 - 1)
writer.add_int64("a.int64", -(2**63))
writer.add_float64("a.float64", 0.1)
writer.add_array("list.int", [3, -1, 2])
writer.add_array("list.float", [0.5, -2.5])
writer.add_array("list.bool", [True, False, True])
writer.add_array("list.string", ["a", "", "ß"])
writer.add_array("tokenizer.list", ["x", "y"])

expected = {}
scales = {  # byte offsets of the F16 scales in a block
    Q.Q4_0: [0], Q.Q4_1: [0, 2], Q.Q5_0: [0], Q.Q5_1: [0, 2], Q.Q8_0: [0],
    Q.Q2_K: [80, 82], Q.Q3_K: [108], Q.Q4_K: [0, 2], Q.Q5_K: [0, 2], Q.Q6_K: [208],
}
for type, offsets in scales.items():
    length, size = gguf.GGML_QUANT_SIZES[type]
    blocks = random.integers(0, 256, (6, size), dtype=np.uint8)
    for offset in offsets:
        halves = random.uniform(-0.1, 0.1, (6, 1)).astype(np.float16)
        blocks[:, offset : offset + 2] = halves.view(np.uint8)
    data = blocks.reshape(3, 2 * size)
    writer.add_tensor(type.name, data, raw_dtype=type)
    expected[type.name] = quants.dequantize(data, type).astype(np.float32)

values = random.normal(size=(3, 5))
for type, array in {
    "F64": values,
    "F32": values.astype(np.float32),
    "F16": values.astype(np.float16),
    "I8": (values * 50).astype(np.int8),
    "I16": (values * 5000).astype(np.int16),
    "I32": (values * 5000000).astype(np.int32),
    "I64": (values * 5e14).astype(np.int64),
}.items():
    writer.add_tensor(type, array)
    expected[type] = array.astype(np.float32)
halves = (values.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
writer.add_tensor("BF16", halves.view(np.uint8), raw_dtype=Q.BF16)
expected["BF16"] = (halves.astype(np.uint32) << 16).view(np.float32)

writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
save_file(expected, f"{folder}/gguf-types.safetensors", {"made by": "make_gguf_fixture.py"})
