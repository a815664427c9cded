"""Sentences for files that are not taken, each with what to do."""

NOT_READABLE = "文件的内容和名称里的类型对不上,或者已经损坏,请用原来的软件打开、另存以后再上传。"
LOCKED = "文件设了密码,打不开就查不了里面有没有病毒,请去掉密码再上传。"
OLD_MACROS = (
    "这个文件里有宏(会自己运行的程序),不能收。请用 Word、Excel 或 WPS 打开,点“另存为”,"
    "类型选 .docx 或 .xlsx,再上传;或者存成 PDF。"
)  # fmt: skip
PROGRAM_INSIDE = "这个文件里嵌着别的文件或者程序,不能收。请把嵌着的图标删掉,需要的文件单独上传;或者存成 PDF。"
OLD_SHEETS = "这个表格里有老式的宏表,不能收。请把宏表删掉,另存一份再上传;或者存成 PDF。"
FETCHES = "这个文件打开时会去运行别的程序或者到别处取数,不能收。请把这样的域、数据连接删掉,另存一份再上传;或者存成 PDF。"
TOO_MUCH_INSIDE = "这个文件解开后太大,不能收,请分成几个或者存成 PDF 再上传。"
SEALED_AND_ACTIVE = (
    "这个 PDF 带电子签章,里面又有脚本或者附件。去掉它们签章就失效,留着又不安全,所以不能收。请打印成新的 PDF 再上传。"
)
