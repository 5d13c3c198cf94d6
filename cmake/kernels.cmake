# How the numeric loops of src/kernels are compiled: they may contract a product and a sum into one
# instruction where their processor has it, and compare and round without regard to traps.  Files in
# src/kernels/isa are compiled once more for every wider instruction set, under names of their own
# (OG_ISA); kernels.c chooses while running.

set(kernel_options -ffp-contract=fast -fno-math-errno -fno-trapping-math
    # Loops around calls of the C library stay scalar; clang would warn about each.
    $<$<C_COMPILER_ID:Clang,AppleClang>:-Wno-pass-failed>)
set(ONNXGRAD_KERNEL_OBJECTS "")

file(GLOB_RECURSE kernel_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/src/kernels/*.c")
file(GLOB isa_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/src/kernels/isa/*.c")
set_property(SOURCE ${kernel_sources} APPEND PROPERTY COMPILE_OPTIONS ${kernel_options})
set_property(SOURCE "${CMAKE_CURRENT_SOURCE_DIR}/src/kernels/isa/pairs.c" # which says why
    APPEND PROPERTY COMPILE_OPTIONS -ffp-contract=off)

# onnxgrad_isa(NAME FLAGS...)
function(onnxgrad_isa name)
    set(target onnxgrad_kernels_${name})
    add_library(${target} OBJECT ${isa_sources})
    target_compile_definitions(${target} PRIVATE OG_ISA=${name} OG_WIDE)
    target_compile_options(${target} PRIVATE ${ARGN})
    target_link_libraries(${target} PRIVATE onnxgrad_flags)
    target_include_directories(${target} PRIVATE
        "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
    list(APPEND ONNXGRAD_KERNEL_OBJECTS $<TARGET_OBJECTS:${target}>)
    set(ONNXGRAD_KERNEL_OBJECTS "${ONNXGRAD_KERNEL_OBJECTS}" PARENT_SCOPE)
endfunction()

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$" AND CMAKE_SIZEOF_VOID_P EQUAL 8)
    onnxgrad_isa(avx2 -mavx2 -mfma)
    onnxgrad_isa(avx512 -mavx512f -mavx512vl -mavx512bw -mavx512dq -mfma -mprefer-vector-width=512)
    target_compile_definitions(onnxgrad_objects PRIVATE OG_HAVE_WIDE_KERNELS)
endif()
