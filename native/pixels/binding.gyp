{
  "targets": [
    {
      "target_name": "pixels",
      "sources": [
        "cc/binding/addon.cc",
        "cc/binding/arguments.cc",
        "cc/kernels/alpha.cc",
        "cc/kernels/band_merge.cc",
        "cc/kernels/bicubic_avx2.cc",
        "cc/kernels/bicubic_axes.cc",
        "cc/kernels/blit.cc",
        "cc/kernels/colour_samples.cc",
        "cc/kernels/colour_table.cc",
        "cc/kernels/composite.cc",
        "cc/kernels/deflate.cc",
        "cc/kernels/deflate_block.cc",
        "cc/kernels/deflate_codes.cc",
        "cc/kernels/huffman.cc",
        "cc/kernels/jpeg_bits.cc",
        "cc/kernels/jpeg_codes.cc",
        "cc/kernels/jpeg_coefficients.cc",
        "cc/kernels/jpeg_cut.cc",
        "cc/kernels/jpeg_format.cc",
        "cc/kernels/jpeg_frame.cc",
        "cc/kernels/palette.cc",
        "cc/kernels/png_chunks.cc",
        "cc/kernels/png_decode.cc",
        "cc/kernels/png_encode.cc",
        "cc/kernels/png_expander.cc",
        "cc/kernels/png_filter.cc",
        "cc/kernels/png_writer.cc",
        "cc/kernels/polygon_mask.cc",
        "cc/kernels/quantise.cc",
        "cc/kernels/warp.cc",
        "cc/kernels/zlib_compressor.cc"
      ],
      "dependencies": ["<!(node -p \"require('node-addon-api').targets\"):node_addon_api_except"],
      "defines": ["NAPI_VERSION=8"],
      # The twin computes the same bytes, so no two roundings may become one.
      "cflags_cc": ["-std=c++17", "-O3", "-Wall", "-Wextra", "-ffp-contract=off", "-fvisibility=hidden"],
      "cflags_cc!": ["-O2", "-std=gnu++17"],
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
        "GCC_OPTIMIZATION_LEVEL": "3",
        "MACOSX_DEPLOYMENT_TARGET": "11.0",
        "OTHER_CFLAGS": ["-ffp-contract=off"]
      },
      "msvs_settings": { "VCCLCompilerTool": { "AdditionalOptions": ["/std:c++17", "/O2", "/fp:strict"] } }
    }
  ]
}
