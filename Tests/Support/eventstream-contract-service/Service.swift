@main enum Service { static func main() {} }
