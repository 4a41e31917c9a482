@main enum FleetTUI { static func main() {} }
