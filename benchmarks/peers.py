"""Forward passes beside other engines on the same nets, weights and images: times, ratios, memory.

    python benchmarks/peers.py                                                     six nets, batches of 1 and 8
    python benchmarks/peers.py --nets alexnet,vgg16 --batch 1 --rounds 5 --engines ours,opencv
    make bench                                                                     with the peers installed

Each engine is a process of its own; they take turns, and one begins when the threads of the one before it sleep.
"""

if __name__ == "__main__":  # every process of an engine reads this file too
    from race.main import main

    main()
