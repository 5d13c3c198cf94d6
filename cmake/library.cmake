# The library: every source below src/ compiled once, then `onnxgrad` (what is installed) and
# `onnxgrad_static` (for tests and the command, which also see hidden symbols).

set(ONNXGRAD_GENERATED "${CMAKE_CURRENT_BINARY_DIR}/generated")
file(MAKE_DIRECTORY "${ONNXGRAD_GENERATED}")
file(GLOB_RECURSE ONNXGRAD_SOURCES CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/src/*.c")

add_library(onnxgrad_objects OBJECT ${ONNXGRAD_SOURCES})
target_link_libraries(onnxgrad_objects PRIVATE onnxgrad_flags ${ONNXGRAD_DEPENDENCIES})
target_include_directories(onnxgrad_objects PRIVATE
    "${CMAKE_CURRENT_SOURCE_DIR}/include" "${CMAKE_CURRENT_SOURCE_DIR}/src")
target_include_directories(onnxgrad_objects SYSTEM PRIVATE "${ONNXGRAD_GENERATED}")
target_compile_definitions(onnxgrad_objects PRIVATE
    OG_VERSION="${PROJECT_VERSION}" $<$<BOOL:${OG_HAVE_OPENBLAS}>:OG_HAVE_OPENBLAS>)

include(generate)
include(kernels)

set(ONNXGRAD_OBJECTS $<TARGET_OBJECTS:onnxgrad_objects> ${ONNXGRAD_KERNEL_OBJECTS})
if(TARGET onnxgrad_proto)
    list(APPEND ONNXGRAD_OBJECTS $<TARGET_OBJECTS:onnxgrad_proto>)
endif()

# onnxgrad_library(NAME [STATIC]): without a type, BUILD_SHARED_LIBS decides.
function(onnxgrad_library name)
    add_library(${name} ${ARGN} ${ONNXGRAD_OBJECTS})
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE C)
    target_link_libraries(${name} PRIVATE ${ONNXGRAD_DEPENDENCIES})
    target_include_directories(${name} PUBLIC
        "$<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>"
        "$<INSTALL_INTERFACE:include>")
endfunction()

onnxgrad_library(onnxgrad)
set_target_properties(onnxgrad PROPERTIES
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
add_library(onnxgrad::onnxgrad ALIAS onnxgrad)
onnxgrad_library(onnxgrad_static STATIC)
