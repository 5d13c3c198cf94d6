# How the numeric loops of src/kernels are compiled: they may contract a product and a sum into one
# instruction where their processor has it.

file(GLOB_RECURSE kernel_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/src/kernels/*.c")
if(kernel_sources)
    set_property(SOURCE ${kernel_sources} APPEND PROPERTY COMPILE_OPTIONS -ffp-contract=fast)
endif()
