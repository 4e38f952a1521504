import os, time, pytest, resource, cProfile, pstats, threading
pytestmark = pytest.mark.browser
def cpu():
    t=os.times(); return t.user+t.system
def test_it(opens, agent, priya, bread):
    opens(agent, "/inbox")
    for path in ("/inbox", "/board"):
        a=cpu(); w=time.time()
        n=[0]
        for i in range(10):
            p=opens(agent, path)
            p.on("request", lambda r: n.__setitem__(0,n[0]+1))
            p.wait_for_load_state("networkidle")
        print(path, "python cpu per open", (cpu()-a)/10, "wall", (time.time()-w)/10)
        a=cpu(); w=time.time()
        for i in range(10):
            p.reload(); p.wait_for_load_state("load")
        print(path, "python cpu per reload", (cpu()-a)/10, "wall", (time.time()-w)/10, n)
