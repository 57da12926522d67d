"""Nets that are refused: where each error stands and what it says."""

from __future__ import annotations

from support.commands import DATA, layer

TWO = 'bottom: "data" bottom: "half"'
HALF = layer("Pooling", "pooling_param { kernel_size: 2 }", top='top: "half"')
"""Lines 2 to 8: makes half, 2 x 3 x 7 x 8."""

OLD = 'input: "data"\ninput_dim: 2\ninput_dim: 3\ninput_dim: 8\ninput_dim: 9\n'
CONV = "convolution_param { num_output: 4 kernel_size: 2 %s }"
MANY = "more than the 2,147,483,647 a blob may have"

SYNTAX: dict[str, tuple[str, int, str]] = {
    # what -> text, line of the error, part of the message
    "never closed": (
        'name: "x"\nlayer {\n',
        2,
        'the "{" opened at line 2, column 7 ("layer") is never closed',
    ),
    "closed twice": ("layer { }\n}\n", 2, 'unexpected "}"'),
    "wrong bracket": ("layer {\n]\n", 2, '("layer") is closed by "}"'),
    "no value": ("layer {\n  name:\n}\n", 3, 'expected a value after "name:"'),
    "no colon": ('layer {\n  name "x"\n}\n', 2, 'missing ":" or "{" after "name"'),
    "two colons": ('name:: "x"\n', 1, '"name:" has its colon already'),
    "equals sign": ('name = "x"\n', 1, 'unexpected "="'),
    "open string": ('layer {\n  name: "x\n}\n', 2, "the string is never closed"),
    "slashes": ("layer {\n  // a comment\n}\n", 2, '"//" does not start a comment'),
    "curly quotes": ("name: “LeNet”\n", 1, "U+201C"),
    "plus": ("layer { top: +3 }\n", 1, 'a number is written without "+"'),
    "bad number": ("input_dim: 1.2.3\n", 1, "is not a number"),
    "bad hex": ("input_dim: 0xZZ\n", 1, "is not a number"),
    "bad escape": (r'name: "\q"' + "\n", 1, r'there is no escape "\q"'),
    "json": ('{\n "name": "x"\n}\n', 1, 'unexpected "{"'),
    "quoted name": ('"name": "x"\n', 1, "field names are not quoted"),
    "open list": ("input_dim: [1, 2\nlayer { }\n", 2, 'expected ","'),
    "list without commas": ("input_dim: [1 2]\n", 1, 'expected ","'),
    "nested list": ("input_dim: [[1], 2]\n", 1, "lists do not nest"),
    "percent sign": ("layer {\n  %\n}\n", 2, 'unexpected "%"'),
    "control character": ("layer {\n  \x01\n}\n", 2, "U+0001"),
}

NETS: dict[str, tuple[str, int, str | None, tuple[str, ...]]] = {
    # what -> text, line of the error (0: the file as a whole), its layer, parts of the message
    "wrong type": (
        DATA + layer("ReLU", "relu_param { negative_slope: true }"),
        7,
        'layer "it" (ReLU)',
        ("takes a number, not true",),
    ),
    "text for a number": (
        DATA + layer("Convolution", 'convolution_param { num_output: "4" }'),
        7,
        'layer "it" (Convolution)',
        ("a whole number", "without quotes"),
    ),
    "a number for a message": (
        DATA + layer("Convolution", "convolution_param: 3"),
        7,
        'layer "it" (Convolution)',
        ("takes a message in braces",),
    ),
    "too large a number": (
        DATA + layer("Convolution", "convolution_param { num_output: 99999999999 }"),
        7,
        'layer "it" (Convolution)',
        ("from 0 to 4294967295, not 99999999999",),
    ),
    "negative number": (
        DATA + layer("Convolution", CONV % "stride: -1"),
        7,
        'layer "it" (Convolution)',
        ("not -1",),
    ),
    "enum in quotes": (
        DATA + layer("Pooling", 'pooling_param { pool: "MAX" }'),
        7,
        'layer "it" (Pooling)',
        ("write it without quotes",),
    ),
    "given twice": (
        DATA + layer("ReLU", 'name: "again"'),
        7,
        'layer "it" (ReLU)',
        ('"name" is given twice',),
    ),
    "no type": (
        DATA + 'layer {\n  name: "it" bottom: "data" top: "y"\n}\n',
        2,
        'layer "it"',
        ("the layer has no type",),
    ),
    "empty layer": (DATA + "layer { }\n", 2, None, ("the layer has no type",)),
    "data layer": (
        'layer {\n name: "db"\n type: "Data" top: "data" top: "label"\n'
        'data_param { source: "nowhere" batch_size: 3 } }\n' + layer("ReLU"),
        4,
        'layer "db" (Data)',
        ("--input data=N,C,H,W",),
    ),
    "unknown bottom": (
        DATA + layer("ReLU", bottom='bottom: "dta"'),
        5,
        'layer "it" (ReLU)',
        ('no layer makes bottom "dta"', 'did you mean "data"?'),
    ),
    "second bottom unknown": (
        DATA + layer("Concat", bottom='bottom: "data"', param='bottom: "nowhere"'),
        7,
        'layer "it" (Concat)',
        ('no layer makes bottom "nowhere"',),
    ),
    "bottom in a list": (
        DATA + layer("Concat", bottom='bottom: [\n"data",\n"nowhere" ]'),
        7,
        'layer "it" (Concat)',
        ('no layer makes bottom "nowhere"',),
    ),
    "bottom of later": (
        DATA + layer("ReLU", bottom='bottom: "z"') + layer("ReLU", top='top: "z"'),
        5,
        'layer "it" (ReLU)',
        ('bottom "z" is made only by a later layer',),
    ),
    "bottom of itself": (
        DATA + layer("ReLU", bottom='bottom: "y"'),
        5,
        'layer "it" (ReLU)',
        ('bottom "y" is made only by a later layer',),
    ),
    "top exists": (
        DATA + layer("ReLU") + layer("TanH"),
        13,
        'layer "it" (TanH)',
        ('top "y" exists already', "in place"),
    ),
    "top twice": (
        DATA + layer("Slice", 'top: "y" slice_param { slice_point: 1 }'),
        7,
        'layer "it" (Slice)',
        ('top "y" exists already',),
    ),
    "too many bottoms": (
        DATA + layer("ReLU", 'bottom: "data"'),
        7,
        'layer "it" (ReLU)',
        ("takes 1 bottom, has 2",),
    ),
    "too few bottoms": (
        DATA + layer("Eltwise"),
        5,
        'layer "it" (Eltwise)',
        ("takes at least 2 bottoms, has 1",),
    ),
    "too many tops": (DATA + layer("ReLU", 'top: "z"'), 7, 'layer "it" (ReLU)', ("takes 1 top, has 2",)),
    "no top": (DATA + layer("ReLU", top=""), 2, 'layer "it" (ReLU)', ("takes 1 top, has 0",)),
    "no layers": ('name: "x"\n', 0, None, ("the file has no layers",)),
    "no layers for TEST": (
        DATA.replace("type", "include { phase: TRAIN } type"),
        0,
        None,
        ("no layers for this phase",),
    ),
    "include and exclude": (
        DATA + layer("ReLU", "include { phase: TEST }\n exclude { phase: TRAIN }"),
        8,
        'layer "it" (ReLU)',
        ("both include and exclude",),
    ),
    "no input shape": (
        'layer {\n name: "data" type: "Input" top: "data" }\n' + layer("ReLU"),
        1,
        'layer "data" (Input)',
        ('no shape for its top "data"', "--input data=N,C,H,W"),
    ),
    "no input_dim": (
        'name: "x"\ninput: "data"\n' + layer("ReLU"),
        2,
        'layer "input" (Input)',
        ('no shape for its top "data"', "--input data=N,C,H,W"),
    ),
    "two input_dim": (
        'input: "data"\ninput_dim: 3\ninput_dim: 3\n' + layer("ReLU"),
        2,
        None,
        ("1 `input` need 4 `input_dim`", "not 2"),
    ),
    "one input_shape for two": (
        'input: "a"\ninput: "b"\n\ninput_shape { dim: 3 }\n' + layer("ReLU"),
        4,
        None,
        ("2 `input` but 1 `input_shape`",),
    ),
    "two shapes for three tops": (
        'layer { name: "it" type: "Input" top: "a" top: "b" top: "c"\n'
        " input_param {\n shape { dim: 1 }\n shape { dim: 2 } } }",
        3,
        'layer "it" (Input)',
        ("2 shapes for 3 tops",),
    ),
    "dim 0": (
        DATA.replace("dim: 8", "dim: 0"),
        1,
        'layer "data" (Input)',
        ("at least 1, got 2 x 3 x 0 x 9",),
    ),
    "dim -1": (
        DATA.replace("dim: 8", "dim: -1"),
        1,
        'layer "data" (Input)',
        ("at least 1, got 2 x 3 x -1 x 9",),
    ),
    "dim 10^20": (
        DATA.replace("dim: 8", "dim: 100000000000000000000"),
        1,
        'layer "data" (Input)',
        ('"dim" takes a whole number', "100000000000000000000"),
    ),
    "33 axes": (
        DATA.replace("dim: 8", "dim: 1 " * 30),
        1,
        'layer "data" (Input)',
        ("33 axes, more than the 32",),
    ),
    "10^12 elements": (
        DATA.replace("dim: 8 dim: 9", "dim: 1000000 dim: 1000000"),
        1,
        'layer "data" (Input)',
        ("2 x 3 x 1000000 x 1000000 = 6,000,000,000,000 elements", MANY),
    ),
    "10^12 weights": (
        DATA + layer("InnerProduct", "inner_product_param { num_output: 1000000000 }"),
        2,
        'layer "it" (InnerProduct)',
        ("1000000000 x 216 = 216,000,000,000 elements", MANY),
    ),
    "10^18 of padding": (
        DATA + layer("Convolution", CONV % "pad: 1000000000 stride: 1000000000"),
        7,
        'layer "it" (Convolution)',
        ("with its padding", "2000000002", MANY),
    ),
    "padding under pooling": (
        DATA + layer("Pooling", "pooling_param { kernel_size: 40000 pad: 30000 stride: 20000 }"),
        7,
        'layer "it" (Pooling)',
        ("with its padding", MANY),
    ),
    "neighbours without end": (
        DATA + layer("LRN", "lrn_param { local_size: 999999999 }"),
        2,
        'layer "it" (LRN)',
        ("with its padding", MANY),
    ),
    "no num_output": (
        DATA + layer("Convolution", "convolution_param { kernel_size: 3 }"),
        2,
        'layer "it" (Convolution)',
        ("no num_output", "give num_output: the value that the net was trained with"),
    ),
    "nothing to multiply": (DATA + layer("InnerProduct"), 2, 'layer "it" (InnerProduct)', ("no num_output",)),
    "num_output 0": (
        DATA + layer("InnerProduct", "inner_product_param { num_output: 0 }"),
        7,
        'layer "it" (InnerProduct)',
        ("num_output must be at least 1, not 0",),
    ),
    "no kernel_size": (
        DATA + layer("Pooling"),
        2,
        'layer "it" (Pooling)',
        ("no kernel_size", "global_pooling: true"),
    ),
    "kernel_size 0": (
        DATA + layer("Convolution", "convolution_param { num_output: 1 kernel_size: 0 }"),
        7,
        'layer "it" (Convolution)',
        ("kernel_size must be at least 1, not 0",),
    ),
    "stride 0": (
        DATA + layer("Pooling", "pooling_param { kernel_size: 2\n stride: 0 }"),
        8,
        'layer "it" (Pooling)',
        ("stride must be at least 1, not 0",),
    ),
    "dilation 0": (
        DATA + layer("Convolution", CONV % "\n dilation: 0"),
        8,
        'layer "it" (Convolution)',
        ("dilation must be at least 1, not 0",),
    ),
    "kernel over the input": (
        DATA + layer("Convolution", "convolution_param { num_output: 1\n kernel_size: 13 pad: 2 }"),
        8,
        'layer "it" (Convolution)',
        ("spans 13x13", "padded input of 12x13"),
    ),
    "pool over the input": (
        DATA + layer("Pooling", "pooling_param {\n kernel_size: 10 }"),
        8,
        'layer "it" (Pooling)',
        ("10x10", "8x9"),
    ),
    "pad as large as the kernel": (
        DATA + layer("Pooling", "pooling_param { kernel_size: 3\n pad: 3 }"),
        8,
        'layer "it" (Pooling)',
        ("pad 3 must be smaller than kernel 3",),
    ),
    "two kernels": (
        DATA + layer("Convolution", CONV % "\n kernel_h: 3"),
        8,
        'layer "it" (Convolution)',
        ("either kernel_size or kernel_h and kernel_w",),
    ),
    "three kernel sizes": (
        DATA + layer("Convolution", "convolution_param { num_output: 1 kernel_size: [1, 2, 3] }"),
        7,
        'layer "it" (Convolution)',
        ("3 values of kernel_size for 2 spatial axes",),
    ),
    "channels and group": (
        DATA + layer("Convolution", CONV % "\n group: 2"),
        8,
        'layer "it" (Convolution)',
        ("3 input channels are not divisible by group 2",),
    ),
    "outputs and group": (
        DATA + layer("Convolution", CONV % "\n group: 3"),
        8,
        'layer "it" (Convolution)',
        ("4 outputs are not divisible by group 3",),
    ),
    "group 0": (
        DATA + layer("Convolution", CONV % "\n group: 0"),
        8,
        'layer "it" (Convolution)',
        ("group must be at least 1, not 0",),
    ),
    "pad eats all": (
        DATA + layer("Deconvolution", CONV % "\n pad: 50"),
        8,
        'layer "it" (Deconvolution)',
        ("-91x-90", "pad is too large"),
    ),
    "even local_size": (
        DATA + layer("LRN", "lrn_param {\n local_size: 4 }"),
        8,
        'layer "it" (LRN)',
        ("local_size must be odd, not 4",),
    ),
    "dropout of all": (
        DATA + layer("Dropout", "dropout_param {\n dropout_ratio: 1 }"),
        8,
        'layer "it" (Dropout)',
        ("below 1, not 1",),
    ),
    "concat": (
        DATA + HALF + layer("Concat", bottom=TWO),
        12,
        'layer "it" (Concat)',
        ("every axis but 1", "2 x 3 x 8 x 9 and 2 x 3 x 7 x 8"),
    ),
    "eltwise": (
        DATA + HALF + layer("Eltwise", bottom=TWO),
        12,
        'layer "it" (Eltwise)',
        ("2 x 3 x 8 x 9 and 2 x 3 x 7 x 8",),
    ),
    "coeff": (
        DATA + layer("Eltwise", "eltwise_param { coeff: 1 }", 'bottom: "data" bottom: "data"'),
        7,
        'layer "it" (Eltwise)',
        ("coeff for 2 bottoms",),
    ),
    "scale": (
        DATA + HALF + layer("Scale", bottom=TWO),
        9,
        'layer "it" (Scale)',
        ("2 x 3 x 7 x 8 does not fit",),
    ),
    "reshape": (
        DATA + layer("Reshape", "reshape_param { shape { dim: 5 dim: -1 } }"),
        7,
        'layer "it" (Reshape)',
        ("432 values", "known dims' 5"),
    ),
    "reshape to fewer": (
        DATA + layer("Reshape", "reshape_param { shape { dim: 5 dim: 7 } }"),
        7,
        'layer "it" (Reshape)',
        ("432 values, 5 x 7 would hold 35",),
    ),
    "axis": (
        DATA + layer("Softmax", "softmax_param {\n axis: 4 }"),
        8,
        'layer "it" (Softmax)',
        ("axis 4 is out of range", "2 x 3 x 8 x 9"),
    ),
    "negative axis": (
        DATA + layer("Concat", "concat_param {\n axis: -5 }"),
        8,
        'layer "it" (Concat)',
        ("axis -5 is out of range", "2 x 3 x 8 x 9"),
    ),
    "end_axis": (
        DATA + layer("Flatten", "flatten_param { axis: 2\n end_axis: 0 }"),
        8,
        'layer "it" (Flatten)',
        ("end_axis 0 lies before axis 2",),
    ),
    "slice": (
        DATA + layer("Slice", top='top: "a" top: "b"'),
        6,
        'layer "it" (Slice)',
        ("2 tops do not divide the 3",),
    ),
    "slice_point": (
        DATA + layer("Slice", "slice_param { slice_point: 9 }", top='top: "a" top: "b"'),
        7,
        'layer "it" (Slice)',
        ("below 3, got 9",),
    ),
    "pooling of vectors": (
        DATA
        + layer("Flatten", top='top: "v"')
        + layer("Pooling", "pooling_param { kernel_size: 2 }", 'bottom: "v"'),
        12,
        'layer "it" (Pooling)',
        ("4 axes, got 2: 2 x 216",),
    ),
    "shared shapes": (
        DATA
        + layer("Convolution", 'param { name: "w" }' + CONV % "", top='top: "a"')
        + layer("Convolution", 'param { name: "w" } convolution_param { num_output: 5 kernel_size: 2 }'),
        14,
        'layer "it" (Convolution)',
        ('shares parameter "w" as 5 x 3 x 2 x 2', "4 x 3 x 2 x 2"),
    ),
    "V1 type in quotes": (
        OLD + 'layers { name: "it"\n type: "RELU" bottom: "data" top: "y" }',
        7,
        'layer "it" (RELU)',
        ("write it without quotes",),
    ),
    "V1 without type": (
        OLD + 'layers {\n name: "it" bottom: "data" top: "y" }',
        6,
        'layer "it"',
        ("the layer has no type",),
    ),
    "V0 type": (
        OLD + 'layers { layer { name: "it"\n type: "cov" } bottom: "data" top: "y" }',
        7,
        'layer "it" (cov)',
        ('unknown V0 layer type "cov"', '"conv"'),
    ),
    "V0 padding of nothing": (
        OLD + 'layers { layer { name: "it"\n type: "padding" pad: 2 } top: "p" }',
        7,
        'layer "it" (padding)',
        ("one bottom and one top",),
    ),
    "layer without name": (
        DATA + 'layer {\n type: "ReLU"\n bottom: "dat"\n top: "y" }',
        4,
        'layer "" (ReLU)',
        ('no layer makes bottom "dat"',),
    ),
    "nested too deep": ("layer { " * 101, 1, None, ("nested more than 100 deep",)),
}

MISSING = {
    "type typo": (
        DATA + layer("Convolutoin"),
        4,
        'layer "it" (Convolutoin)',
        ('unknown layer type "Convolutoin"', 'did you mean "Convolution"'),
    ),
    "type unlike any": (
        DATA + layer("Qqqq"),
        4,
        'layer "it" (Qqqq)',
        ('unknown layer type "Qqqq"', "docs/layers.md lists the types"),
    ),
}
"""Layers that nothing here can run: like NETS."""

WHOLE_NET = frozenset({
    "wrong type", "text for a number", "a number for a message", "too large a number", "negative number",
    "enum in quotes", "given twice", "data layer", "unknown bottom", "second bottom unknown", "bottom in a list",
    "bottom of later", "bottom of itself", "top exists", "top twice", "no layers", "no layers for TEST",
    "include and exclude", "no input shape", "no input_dim", "two input_dim", "one input_shape for two",
    "dim 10^20", "shared shapes", "V1 type in quotes", "V0 type", "V0 padding of nothing", "layer without name",
    "nested too deep",
})  # fmt: skip
"""Of NETS those that are no net at all: no table is shown. In the others a layer type refuses one of its layers."""
