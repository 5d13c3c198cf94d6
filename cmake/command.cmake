# The command `onnxgrad` (tools/*.c with the zoo's models) and the stand-alone programs in models/.

file(GLOB tool_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/tools/*.c")
file(GLOB model_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/models/*.c")

function(onnxgrad_program target)
    target_link_libraries(${target} PRIVATE onnxgrad_flags onnxgrad_static m)
    target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
endfunction()

# A model with a main of its own is a program; the others belong to the zoo of the command.
set(zoo_sources "")
foreach(source IN LISTS model_sources)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
    file(STRINGS "${source}" main REGEX "^int main\\(")
    if(main)
        get_filename_component(name "${source}" NAME_WE)
        add_executable(${name} "${source}")
        onnxgrad_program(${name})
    else()
        list(APPEND zoo_sources "${source}")
    endif()
endforeach()

if(tool_sources)
    add_executable(onnxgrad_command ${tool_sources} ${zoo_sources})
    set_target_properties(onnxgrad_command PROPERTIES OUTPUT_NAME onnxgrad)
    onnxgrad_program(onnxgrad_command)
    onnxgrad_registry(zoo onnxgrad_command ${zoo_sources})
endif()
