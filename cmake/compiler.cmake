# The language, the default build type and the flags that all our own sources share.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(PROJECT_IS_TOP_LEVEL)
    if(CMAKE_C_FLAGS_RELEASE STREQUAL "-O3 -DNDEBUG") # CMake's default, not the user's choice
        set(CMAKE_C_FLAGS_RELEASE "-O2 -g -DNDEBUG" CACHE STRING "Flags of Release builds" FORCE)
    endif()
    if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
        set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
    endif()
    find_program(CCACHE_PROGRAM ccache)
    if(CCACHE_PROGRAM AND NOT CMAKE_C_COMPILER_LAUNCHER)
        set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
    endif()
endif()

# Flags of our own sources; what is generated from onnx.proto takes none of the warnings.
add_library(onnxgrad_flags INTERFACE)
target_compile_definitions(onnxgrad_flags INTERFACE _GNU_SOURCE)
target_compile_options(onnxgrad_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion
    $<$<BOOL:${ONNXGRAD_WERROR}>:-Werror>
    # What an initializer leaves out is zero, and meant so: clang warns where one begins by position.
    $<$<C_COMPILER_ID:Clang,AppleClang>:-Wno-missing-field-initializers>
    -fopenmp-simd
    # The same bits from every compiler; the kernels state for themselves where they contract.
    -ffp-contract=off)
