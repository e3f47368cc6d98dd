// The node cases whose sizes are not all told: the value that decides, and all that is certain.

/** Cases of one operator that leave sizes open. */
export interface OpenCases {
  readonly op: string;
  /** The value on which the open sizes depend. */
  readonly value: string;
  /** By name, the inferred types of the outputs; `?` is an open size. */
  readonly cases: Readonly<Record<string, string>>;
}

/** Open although small integer inputs are constants: only a run tells these values. */
export const OPEN_WITH_CONSTANTS: readonly OpenCases[] = [
  {
    op: 'Compress',
    value: 'how many elements of `condition` are true',
    cases: {
      test_compress_0: 'float32[?, 2]',
      test_compress_1: 'float32[3, ?]',
      test_compress_default_axis: 'float32[?]',
      test_compress_negative_axis: 'float32[3, ?]',
      test_compress_bfloat16: 'bfloat16[?, 2]',
    },
  },
  {
    op: 'ImageDecoder',
    value: 'the height and width inside `encoded_stream`',
    cases: {
      test_image_decoder_decode_jpeg_rgb: 'uint8[?, ?, 3]',
      test_image_decoder_decode_jpeg_grayscale: 'uint8[?, ?, 1]',
      test_image_decoder_decode_jpeg_bgr: 'uint8[?, ?, 3]',
      test_image_decoder_decode_jpeg2k_rgb: 'uint8[?, ?, 3]',
      test_image_decoder_decode_bmp_rgb: 'uint8[?, ?, 3]',
      test_image_decoder_decode_png_rgb: 'uint8[?, ?, 3]',
      test_image_decoder_decode_tiff_rgb: 'uint8[?, ?, 3]',
      test_image_decoder_decode_webp_rgb: 'uint8[?, ?, 3]',
      test_image_decoder_decode_pnm_rgb: 'uint8[?, ?, 3]',
    },
  },
  {
    op: 'Loop',
    value: '`cond`: whether the loop runs at all',
    cases: {
      test_loop11: 'float32[1], float32[?, 1]',
    },
  },
  {
    op: 'NonMaxSuppression',
    value: 'how many boxes `boxes`, `scores` and the thresholds select',
    cases: {
      test_nonmaxsuppression_suppress_by_IOU: 'int64[?, 3]',
      test_nonmaxsuppression_suppress_by_IOU_and_scores: 'int64[?, 3]',
      test_nonmaxsuppression_flipped_coordinates: 'int64[?, 3]',
      test_nonmaxsuppression_limit_output_size: 'int64[?, 3]',
      test_nonmaxsuppression_single_box: 'int64[?, 3]',
      test_nonmaxsuppression_identical_boxes: 'int64[?, 3]',
      test_nonmaxsuppression_center_point_box_format: 'int64[?, 3]',
      test_nonmaxsuppression_two_classes: 'int64[?, 3]',
      test_nonmaxsuppression_two_batches: 'int64[?, 3]',
      test_nonmaxsuppression_iou_threshold_boundary: 'int64[?, 3]',
    },
  },
  {
    op: 'NonZero',
    value: 'how many elements of `X` are not zero',
    cases: {
      test_nonzero_example: 'int64[2, ?]',
    },
  },
  {
    op: 'OneHot',
    value: '`depth`, a float',
    cases: {
      test_onehot_without_axis: 'int32[3, ?]',
      test_onehot_with_axis: 'float32[2, ?, 2]',
      test_onehot_negative_indices: 'float32[3, ?]',
      test_onehot_out_of_range_indices: 'float32[3, ?]',
      test_onehot_with_negative_axis: 'float32[2, ?, 2]',
      test_onehot_with_bfloat16_values: 'bfloat16[2, ?]',
    },
  },
  {
    op: 'Range',
    value: '`start`, `limit` and `delta`, which are floats',
    cases: {
      test_range_float_type_positive_delta: 'float32[?]',
      test_range_float_type_positive_delta_expanded: 'float32[?]',
      test_range_float16_type_positive_delta: 'float16[?]',
      test_range_float16_type_positive_delta_expanded: 'float16[?]',
      test_range_bfloat16_type_positive_delta: 'bfloat16[?]',
      test_range_bfloat16_type_positive_delta_expanded: 'bfloat16[?]',
    },
  },
  {
    op: 'Resize',
    value: '`scales`, which are floats',
    cases: {
      test_resize_upsample_scales_nearest: 'float32[?, ?, ?, ?]',
      test_resize_downsample_scales_nearest: 'float32[?, ?, ?, ?]',
      test_resize_upsample_scales_linear: 'float32[?, ?, ?, ?]',
      test_resize_upsample_scales_linear_align_corners: 'float32[?, ?, ?, ?]',
      test_resize_downsample_scales_linear: 'float32[?, ?, ?, ?]',
      test_resize_downsample_scales_linear_align_corners: 'float32[?, ?, ?, ?]',
      test_resize_upsample_scales_cubic: 'float32[?, ?, ?, ?]',
      test_resize_upsample_scales_cubic_align_corners: 'float32[?, ?, ?, ?]',
      test_resize_downsample_scales_cubic: 'float32[?, ?, ?, ?]',
      test_resize_downsample_scales_cubic_align_corners: 'float32[?, ?, ?, ?]',
      test_resize_upsample_scales_cubic_A_n0p5_exclude_outside: 'float32[?, ?, ?, ?]',
      test_resize_downsample_scales_cubic_A_n0p5_exclude_outside: 'float32[?, ?, ?, ?]',
      test_resize_upsample_scales_cubic_asymmetric: 'float32[?, ?, ?, ?]',
      test_resize_downsample_scales_linear_antialias: 'float32[?, ?, ?, ?]',
      test_resize_downsample_scales_cubic_antialias: 'float32[?, ?, ?, ?]',
      test_resize_upsample_scales_nearest_axes_2_3: 'float32[1, 1, ?, ?]',
      test_resize_upsample_scales_nearest_axes_3_2: 'float32[1, 1, ?, ?]',
      test_resize_downsample_scales_linear_half_pixel_symmetric: 'float32[?, ?, ?, ?]',
      test_resize_upsample_scales_linear_half_pixel_symmetric: 'float32[?, ?, ?, ?]',
    },
  },
  {
    op: 'StringNormalizer',
    value: 'how many words of `X` are no stopwords',
    cases: {
      test_strnormalizer_export_monday_casesensintive_nochangecase: 'string[?]',
      test_strnormalizer_export_monday_casesensintive_lower: 'string[?]',
      test_strnormalizer_export_monday_casesensintive_upper: 'string[?]',
      test_strnormalizer_export_monday_empty_output: 'string[?]',
      test_strnormalizer_export_monday_insensintive_upper_twodim: 'string[1, ?]',
    },
  },
  {
    op: 'StringSplit',
    value: 'how many parts the longest string of `X` has',
    cases: {
      test_string_split_basic: 'string[2, ?], int64[2]',
      test_string_split_maxsplit: 'string[2, 2, ?], int64[2, 2]',
      test_string_split_consecutive_delimiters: 'string[2, ?], int64[2]',
      test_string_split_empty_string_delimiter: 'string[3, ?], int64[3]',
      test_string_split_no_delimiter: 'string[3, ?], int64[3]',
      test_string_split_empty_tensor: 'string[0, ?], int64[0]',
    },
  },
  {
    op: 'Unique',
    value: 'how many elements of `X` differ',
    cases: {
      test_unique_sorted_without_axis: 'float32[?], int64[?], int64[6], int64[?]',
      test_unique_not_sorted_without_axis: 'float32[?], int64[?], int64[6], int64[?]',
      test_unique_sorted_with_axis: 'float32[?, 3], int64[?], int64[3], int64[?]',
      test_unique_sorted_with_axis_3d: 'float32[2, ?, 2], int64[?], int64[4], int64[?]',
      test_unique_sorted_with_negative_axis: 'float32[3, ?], int64[?], int64[3], int64[?]',
      test_unique_bfloat16_sorted_without_axis: 'bfloat16[?], int64[?], int64[6], int64[?]',
    },
  },
  {
    op: 'Upsample',
    value: '`scales`, which are floats',
    cases: {
      test_upsample_nearest: 'float32[?, ?, ?, ?]',
    },
  },
];

/** Open with a symbol for each size, beside those above: numbers would decide. */
export const OPEN_WITH_SYMBOLS: readonly OpenCases[] = [
  {
    op: 'GatherND',
    value: 'the last size of `indices`, which decides the rank',
    cases: {
      test_gathernd_example_int32: 'int32[...]',
      test_gathernd_example_float32: 'float32[...]',
    },
  },
  {
    op: 'Resize',
    value: 'the ratios of sizes, computed in float32: `keep_aspect_ratio_policy`',
    cases: {
      test_resize_upsample_sizes_nearest_not_larger: 'float32[1, 1, ?, ?]',
      test_resize_upsample_sizes_nearest_not_smaller: 'float32[1, 1, ?, ?]',
      test_resize_downsample_sizes_nearest_not_larger: 'float32[1, 1, ?, ?]',
      test_resize_downsample_sizes_nearest_not_smaller: 'float32[1, 1, ?, ?]',
    },
  },
];

/** Open with a symbol for each axis alone: it stands for a size of 1 too. */
export const OPEN_WITH_SYMBOLS_FOR_1: readonly OpenCases[] = [
  {
    op: 'GatherND',
    value: 'the last size of `indices`, which decides the rank',
    cases: {
      test_gathernd_example_int32_batch_dim1: 'int32[...]',
    },
  },
];

/** The cases of sequences and optionals: by name, the inferred types; elements of a sequence may differ where `?` stands. */
export const CONTAINERS: Readonly<Record<string, string>> = {
  test_identity_sequence: 'seq(float32[...])',
  test_identity_opt: 'optional(seq(float32[5]))',
  test_if_seq: 'seq(float32[5])',
  test_if_opt: 'optional(seq(float32[5]))',
  test_loop13_seq: 'seq(float32[...])',
  test_loop16_seq_none: 'seq(float32[...])',
  test_optional_get_element_optional_sequence: 'seq(int32[4])',
  test_optional_get_element_sequence: 'seq(int32[4])',
  test_sequence_map_identity_1_sequence: 'seq(float32[10])',
  test_sequence_map_identity_1_sequence_expanded: 'seq(float32[10])',
  test_sequence_map_identity_2_sequences: 'seq(float32[?]), seq(float32[?])',
  test_sequence_map_identity_2_sequences_expanded: 'seq(float32[?]), seq(float32[?])',
  test_sequence_map_identity_1_sequence_1_tensor: 'seq(float32[?]), seq(float32[2])',
  test_sequence_map_identity_1_sequence_1_tensor_expanded: 'seq(float32[?]), seq(float32[2])',
  test_sequence_map_add_2_sequences: 'seq(float32[?])',
  test_sequence_map_add_2_sequences_expanded: 'seq(float32[?])',
  test_sequence_map_add_1_sequence_1_tensor: 'seq(float32[10])',
  test_sequence_map_add_1_sequence_1_tensor_expanded: 'seq(float32[10])',
  test_sequence_map_extract_shapes: 'seq(int64[3])',
  test_sequence_map_extract_shapes_expanded: 'seq(int64[3])',
  test_sequence_insert_at_back: 'seq(int64[...])',
  test_sequence_insert_at_front: 'seq(int64[...])',
  test_split_to_sequence_1: 'seq(float32[3, 2])',
  test_split_to_sequence_2: 'seq(float32[?, 6])',
  test_split_to_sequence_nokeepdims: 'seq(float32[3])',
};
