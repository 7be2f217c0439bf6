#pragma once

/// Compiles a function for the instruction sets x86-64-v4 (AVX-512), v3 (AVX2) and the baseline.
/// The clone for the processor at hand is selected when the program starts. Sanitizers run before
/// that and do not support clones.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__SANITIZE_ADDRESS__)
#define NUBOX_PROCESSOR_CLONES \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define NUBOX_PROCESSOR_CLONES
#endif
